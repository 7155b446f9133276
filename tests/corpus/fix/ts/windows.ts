class Mailer {
  static readonly key: string = "@KEY@";

  send(to: string): string {
    return to + ":" + Mailer.key; // it is sent
  }
}

console.log(new Mailer().send("a@example.com"));
