/** `memory`: what was asked for does not fit. `lost`: the device is gone. `kernel`: it does not take what it was given. */
export type FailureKind = 'memory' | 'lost' | 'kernel';

/** A device that worked and cannot go on; what it held may no longer be readable. */
export class DeviceFailure extends Error {
  override readonly name: string = 'DeviceFailure';

  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
