/** `ServerError.code`: gRPC's numbers where one fits, else those that stock SDKs know. */
export const ServerErrorCode = {
  invalidArgument: 3,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
  creditsExhausted: 4001,
  sessionDurationExceeded: 4002,
  quotaExceeded: 4003,
  unauthorized: 4010,
} as const;
