<?php
define("SECRET", "@KEY@");

echo strrev(SECRET), "\n";
