import { createOpenAiModel } from '@parley/openai';
import type { Clock, LanguageModel } from '@parley/ports';
import { createScriptedModel } from '@parley/scripted-model';
import type { EmbeddedConfig } from './config.js';

/** The provider that the settings name; without a name, the real one where there is a key, else the demo. */
export function chooseModel(config: EmbeddedConfig, clock: Clock): LanguageModel {
  const { AI_PROVIDER: provider, OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = config;
  if (apiKey === undefined || provider === 'scripted') return createScriptedModel({ clock });
  return createOpenAiModel({ apiKey, clock, ...(baseUrl === undefined ? {} : { baseUrl }) });
}
