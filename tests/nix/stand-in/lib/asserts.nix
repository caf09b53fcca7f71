_: {
  assertMsg = holds: message: holds || throw message;
}
