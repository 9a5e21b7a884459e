/** The service that answers in the name of the AI. */
export { createAiWorker, type AiWorker, type AiWorkerPorts } from './ai-worker.js';
export { DEFAULT_LIMITS, type AiWorkerConfig, type AiWorkerLimits } from './config.js';
