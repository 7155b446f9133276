interface Options {
  readonly key: string;
  readonly timeout?: number;
}

export class PaymentClient {
  private readonly key: string;

  constructor({ key, timeout = 10 }: Options) {
    this.key = key;
    console.log("timeout", timeout);
  }

  headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.key}` };
  }
}

const client = new PaymentClient({ key: "@KEY@" });
console.log(client.headers());
