<?php
function sign(string $key, string $body): string
{
    return hash_hmac('sha256', $body, $key);
}

$text = <<<TEXT
it's a "text"
TEXT;

echo sign("@KEY@", $text) . "\n";
