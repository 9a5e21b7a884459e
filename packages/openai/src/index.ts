/** The language model behind the OpenAI API. */
export { createOpenAiModel, type OpenAiOptions } from './openai-model.js';
