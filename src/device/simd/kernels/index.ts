// The kernels as one module. Each takes the units that it does, `from` to `to`, and its thread's scratch memory first.
export * from './unary';
export * from './binary';
export * from './reduce';
export * from './layout';
export { matmulPairs, packPanels, packWeights } from './matmul';
export { layerNorm, layerNormGradient, layerNormParameterGradients } from './norm';
export * from './adam';
export { episodicAttention, episodicAttentionCache, episodicAttentionGradient } from './attention';
export { gru, gruGradient } from './gru';
export { transformer, transformerGradient } from './transformer';
export { weightGradients } from './weights';
export { categorical, categoricalGradient, ppoLoss } from './loss';
export { poolTokens, poolTokensAlong, poolTokensGradient } from './tokens';
