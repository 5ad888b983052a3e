/** An error for people: without the stack, which GraphiQL would show. */
export function complaint(message: string): Error {
  const error = new Error(message);
  delete error.stack;
  return error;
}
