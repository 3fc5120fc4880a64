/**
 * The public door: everything that the command line does, for programs. Environments and spaces are behind
 * `gymformer/envs`, models and algorithms behind `gymformer/agents`.
 */
export { Actor, type Choice } from './actor.ts';
export { loadAgent, type Agent, type LoadAgentOptions } from './agent.ts';
export {
  evaluationReference,
  explainConfig,
  resolveConfig,
  type ConfigSources,
  type ResolvedConfig,
  type SettingSource,
} from './config.ts';
export { configSchema, type Config } from './settings.ts';
export { buildDataset, type BuildOptions } from './dataset/build.ts';
export type { DatasetCard } from './dataset/card.ts';
export { openDataset, type Dataset, type EpisodeEntry, type Split } from './dataset/dataset.ts';
export type { DatasetEpisode } from './dataset/episode.ts';
export { listDevices, openDevice, DeviceError, type DeviceReport, type OpenDevice } from './device/device.ts';
export { DeviceFailure, type FailureKind } from './device/failure.ts';
export { DEVICE_NAMES, type DeviceName, type Facts } from './device/names.ts';
export { ConfigError, EXIT, FileError, GymformerError, UsageError } from './errors.ts';
export { costSchema, type Cost } from './cost.ts';
export { evaluate, type EvaluateOptions, type Player } from './evaluate.ts';
export { evaluateBy } from './evaluateBy.ts';
export type * from './metrics.ts';
export { plot, type Plot, type Point, type Series } from './plot.ts';
export { resolveEnvironment } from './plugins.ts';
export { pretrain, type PretrainOptions, type PretrainResult } from './pretraining/pretrainer.ts';
export { explain, type ExplainOptions } from './explain/explain.ts';
export { headName, type Explanation } from './explain/explanation.ts';
export { locateModel, type LocatedModel, type LocateOptions } from './pretrained/locate.ts';
export { TextClassification, type Classified } from './pretrained/textClassification.ts';
export { record, type RecordOptions } from './record.ts';
export { Replay, ReplayEncoder, ReplayError } from './replay/format.ts';
export type { Decision, EpisodeSummary, Loss, Moment, MomentParts, ReplayHeader } from './replay/format.ts';
export { encodeSafetensors } from './safetensors.ts';
export { startServer, type Server, type ServerOptions } from './server.ts';
export { interquartileMean, mean, stratifiedInterval, summarize, type Summary } from './statistics.ts';
export { train, type TrainOptions } from './trainer.ts';
export { initSettings } from './initFrom.ts';
export { trainArm, type ArmOptions, type TrainedArm } from './transfer/arm.ts';
export { summarizeTransfer, transferPlot, type Curve, type TransferSummary } from './transfer/summary.ts';
export { VERSION } from './version.ts';
