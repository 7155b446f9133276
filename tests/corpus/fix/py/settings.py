#!/usr/bin/env python3
# -*- coding: utf-8 -*-
from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Stripe:
    secret: str = '@KEY@'  # don't log this
    retries: int = 3
    events: list[str] = field(default_factory=lambda: ["charge.succeeded"])


@dataclass
class Settings:
    debug: bool = False
    stripe: Stripe = field(default_factory=Stripe)


settings = Settings()

if __name__ == "__main__":
    print(settings.stripe.secret[::-1], settings.stripe.retries)
