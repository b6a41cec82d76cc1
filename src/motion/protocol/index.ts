/** The wire protocol: messages, their bytes, and the motion they carry. */
export * from './envelope.js';
export * from './envelope-header.js';
export * from './generated/message_pb.js';
export * from './motion-payload.js';
export * from './packed-motion.js';
export * from './relay-frames.js';
