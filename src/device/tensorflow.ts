import { createRequire } from 'node:module';
import { findBackend } from '@tensorflow/tfjs-core';
import type { LoadedDevice } from './names.ts';
import { importOptional } from './optional.ts';

/** What TFJS's backend on libtensorflow tells of itself. */
interface TensorFlowBackend {
  binding?: { TF_Version?: string };
  isUsingGpuDevice?: boolean;
}

/** Libraries that the packages look for on the system, and what brings them. */
const LIBRARIES: [library: RegExp, provider: string][] = [
  [
    /^libcu(dart|blas|blasLt|fft|rand|solver|sparse|pti)\b/,
    'CUDA 11 (developer.nvidia.com/cuda-11-8-0-download-archive)',
  ],
  [/^libcudnn\b/, 'cuDNN 8 for CUDA 11 (developer.nvidia.com/rdp/cudnn-archive)'],
  [/^libcuda\b/, "NVIDIA's driver"],
  [/^libtensorflow/, 'the download that its installation makes: npm rebuild PACKAGE, with install scripts allowed'],
];

/**
 * Registers TFJS's backend `tensorflow`: the native libtensorflow, on the CPU or with CUDA.
 *
 * @throws Error saying why it is not there, and how to get it
 */
export async function loadTensorFlow(name: 'native' | 'cuda'): Promise<LoadedDevice> {
  const packageName = name === 'cuda' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  restoreRemovedFunctions();
  try {
    await importOptional(packageName, `npm install ${packageName}${name === 'cuda' ? ` (needs ${CUDA})` : ''}`);
  } catch (error) {
    throw explained(error as Error, packageName);
  }
  const { binding, isUsingGpuDevice } = (findBackend('tensorflow') ?? {}) as TensorFlowBackend;
  const version = binding?.TF_Version ?? 'of unknown version';
  if (name === 'cuda' && !isUsingGpuDevice)
    throw new Error(
      `${packageName} is installed, but its libtensorflow ${version} found no GPU: wanted ${CUDA}, with their libraries on LD_LIBRARY_PATH (it names those it misses above)`,
    );
  return {
    backend: 'tensorflow',
    detail: `libtensorflow ${version} by ${packageName}${name === 'cuda' ? ', with CUDA' : ''}`,
    facts: { package: packageName, libtensorflow: version, gpu: isUsingGpuDevice ?? false },
  };
}

const CUDA = 'an NVIDIA GPU, CUDA 11 and cuDNN 8';

/** The packages call functions of `node:util` that Node 23 removed. */
function restoreRemovedFunctions(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}

/** With the library that is missing, and what brings it, where that is the reason. */
function explained(error: Error, packageName: string): Error {
  const { message = '' } = (error.cause as Error | undefined) ?? {};
  const library = /(?<name>[\w.+-]+): cannot open shared object file|Library not loaded: \S*?(?<mac>[^/\s]+)$/m.exec(
    message,
  )?.groups;
  const file = library?.['name'] ?? library?.['mac'];
  if (file !== undefined) {
    const provider = LIBRARIES.find(([pattern]) => pattern.test(file))?.[1] ?? 'a package of the system';
    return new Error(
      `${packageName} is installed but misses the library ${file}: it comes with ${provider.replace('PACKAGE', packageName)}`,
      { cause: error },
    );
  }
  // Its own words of several lines, of which the first says nothing to do.
  if (/tfjs_binding\.node/.test(message))
    return new Error(
      `${packageName} is installed, but its native addon (tfjs_binding.node) is not: npm rebuild ${packageName} --build-addon-from-source`,
      { cause: error },
    );
  return error;
}
