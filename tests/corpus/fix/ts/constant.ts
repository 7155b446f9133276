export const STRIPE_KEY = "@KEY@";

export function last(count: number): string {
  return STRIPE_KEY.slice(-count);
}

const typed: string = STRIPE_KEY;
console.log(typed, last(4));
