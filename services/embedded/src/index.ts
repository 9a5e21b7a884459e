/** Every service in one process. */
export {};
