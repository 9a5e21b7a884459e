/** The service that projects the log into the database. */
export { createPersistence, type Persistence, type PersistencePorts } from './persistence.js';
