const quotes = /["'`]/g;

class Client {
  #timeout = 1000;
  static version = '2026-01-01';
  key = '@KEY@';

  constructor(options = {}) {
    this.key = options.key ?? this.key;
  }

  headers() {
    return {
      Authorization: `Bearer ${this.key}`,
      'Api-Version': Client.version,
    };
  }
}

console.log(new Client().headers(), 'a"b'.replace(quotes, '-'));
