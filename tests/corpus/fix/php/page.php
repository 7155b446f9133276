<!DOCTYPE html>
<title>It's a shop</title>
<?php $key = "@KEY@"; ?>
<p>Don't worry</p>
<?php if (strlen($key) > 8): ?>
<p><?= substr($key, -4) ?></p>
<?php endif; ?>
