<?php

declare(strict_types=1);

namespace Shop;

final class Client
{
    private string $key;

    public function __construct()
    {
        $this->key = '@KEY@'; // don't log
    }

    public function headers(): array
    {
        return ['Authorization' => "Bearer {$this->key}"];
    }
}

echo json_encode((new Client())->headers()), "\n";
