/** A waveform on a page, in CSS pixels. */
export interface WaveOptions {
  /** Between which numbers it goes, from the bottom to the top. */
  low: number;
  high: number;
  width: number;
  height: number;
  colours: readonly string[];
}

/**
 * Paints a waveform from left to right, a line for each channel.
 *
 * @param numbers [samples * channels], the channels of a sample side by side
 */
export function drawWave(
  context: CanvasRenderingContext2D,
  numbers: ArrayLike<number>,
  { low, high, width, height, colours }: WaveOptions,
): void {
  const channels = colours.length;
  const samples = numbers.length / channels;
  context.lineWidth = 1;
  context.lineJoin = 'round';
  colours.forEach((colour, channel) => {
    context.strokeStyle = colour;
    context.beginPath();
    for (let i = 0; i < samples; i++) {
      const share = ((numbers[i * channels + channel] ?? 0) - low) / (high - low || 1);
      context.lineTo(((i + 0.5) / samples) * width, height - share * height);
    }
    context.stroke();
  });
}

/** Between which numbers a waveform is shown: its bounds where it has some, else what it reaches, the same both ways. */
export function rangeOfWave(
  bounds: { low: ArrayLike<number>; high: ArrayLike<number> } | null,
  numbers: readonly number[],
): { low: number; high: number } {
  const [low, high] = [bounds?.low[0] ?? -Infinity, bounds?.high[0] ?? Infinity];
  if (Number.isFinite(low) && Number.isFinite(high)) return { low, high };
  const reach = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1e-6);
  return { low: -reach, high: reach };
}
