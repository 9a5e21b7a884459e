import { Router } from 'express';
import type { GatewayPorts } from '../ports.js';

/** `/api/health`: 200 while everything behind the gateway works, else 503. */
export function healthRouter(ports: Pick<GatewayPorts, 'health'>): Router {
  const router = Router();
  router.get('/', async (_req, res) => {
    const health = await ports.health();
    res.status(health.status === 'ok' ? 200 : 503).json(health);
  });
  return router;
}
