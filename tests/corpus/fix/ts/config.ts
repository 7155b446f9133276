type Stage = "development" | "production";

export interface Config {
  stage: Stage;
  stripe: { secret: string; apiVersion: string };
}

export const config: Config = {
  stage: "production",
  stripe: {
    secret: '@KEY@',
    apiVersion: '2026-01-01',
  },
};

console.log(config.stripe.secret.toUpperCase(), config.stage);
