/** Resolves after `milliseconds`, or as soon as the attempt before has failed. */
export async function headStart(before: Promise<unknown>, milliseconds: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, milliseconds);
  before.catch(over.resolve);
  await over.promise;
  clearTimeout(timer);
}
