import { ParleyError } from '@parley/contracts';
import type { GatewayConfig } from '../config.js';

/** The models that may be asked. */
export function listModels(config: Pick<GatewayConfig, 'models'>) {
  const items = config.models.all.map((id) => ({ id, default: id === config.models.default }));
  return { items };
}

/** Throws for a model that is not offered. None named is the default. */
export function checkModel(
  config: Pick<GatewayConfig, 'models'>,
  model: string | null | undefined,
): void {
  if (typeof model !== 'string' || config.models.all.includes(model)) return;
  throw new ParleyError('VALIDATION_FAILED', 'no such model', {
    errors: [{ path: 'model', message: `must be one of ${config.models.all.join(', ')}` }],
  });
}
