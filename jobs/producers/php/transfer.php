<?php
// Calls the module as WHMCS would: a transfer, its stall, a new code, its end.
//   DOMORDER_URL, DOMORDER_TOKEN_FILE, DOMORDER_ACCOUNT, DOMAIN, WRONG_CODE_FILE, RIGHT_CODE_FILE

declare(strict_types=1);

require __DIR__ . '/domorder.php';

function fail(string $why): never
{
    fwrite(STDERR, "{$why}\n");
    exit(1);
}

[$sld, $tld] = explode('.', getenv('DOMAIN'), 2);
$params = [
    'Url' => getenv('DOMORDER_URL'),
    'Token' => trim(file_get_contents(getenv('DOMORDER_TOKEN_FILE'))),
    'Account' => getenv('DOMORDER_ACCOUNT'),
    'domainid' => 4711,
    'sld' => $sld,
    'tld' => $tld,
];
$code = static fn (string $name): string => trim(file_get_contents(getenv($name)));

$answer = domorder_TransferDomain($params + ['eppcode' => $code('WRONG_CODE_FILE')]);
if (isset($answer['error'])) {
    fail("refused: {$answer['error']}");
}
$told = false;
for ($waited = 0; $waited < 120; $waited++) {
    // As WHMCS' cron job does it, only more often.
    $sync = domorder_TransferSync($params);
    if (isset($sync['error']) && !$told) {
        echo "stalled: {$sync['error']}\n";
        $answer = domorder_TransferDomain($params + ['eppcode' => $code('RIGHT_CODE_FILE')]);
        $told = !isset($answer['error']);
    }
    if (isset($sync['completed'])) {
        echo "completed, expires {$sync['expirydate']}\n";
        exit(0);
    }
    if (isset($sync['failed'])) {
        fail("failed: {$sync['reason']}");
    }
    usleep(250_000);
}
fail('it did not end in time');
