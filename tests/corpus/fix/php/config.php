<?php
$config = [
    'name' => 'shop',
    'stripe' => [
        'secret' => '@KEY@',
        'retries' => 3,
    ],
];

echo $config['stripe']['secret'], ' ', $config['stripe']['retries'], PHP_EOL;
