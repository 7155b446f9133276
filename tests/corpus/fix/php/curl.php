<?php
function options(string $path): array
{
    return [
        'url' => "https://api.example.com{$path}",
        'headers' => ["Accept: application/json", "Authorization: Bearer @KEY@"],
    ];
}

print_r(options('/v1/charges'));
