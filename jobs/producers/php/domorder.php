<?php
/**
 * A registrar module for WHMCS, as a sketch: what it would hand to a registrar, it hands to domorder, and what the order's
 * people have to know it reads back in Sync and TransferSync. Copy it to modules/registrars/domorder/ to go on from here.
 *
 * Two things are decided here and nowhere else:
 *  - the idempotency key names what is bought (the domain's id, and what it is bought from), never the attempt;
 *  - an order that is accepted is no failure, whatever happens next: WHMCS is told the truth by the two syncs.
 */

declare(strict_types=1);

function domorder_getConfigArray(): array
{
    return [
        'FriendlyName' => ['Type' => 'System', 'Value' => 'domorder'],
        'Url' => ['Type' => 'text', 'Description' => 'for example http://127.0.0.1:8080'],
        'Token' => ['Type' => 'password', 'Description' => 'a token with orders:write, orders:read, orders:act'],
        'Account' => ['Type' => 'text', 'Description' => 'the provider account of the configuration'],
    ];
}

function domorder_RegisterDomain(array $params): array
{
    return domorder_order($params, "register-{$params['domainid']}", [
        'kind' => 'register',
        'years' => (int) $params['regperiod'],
        'nameservers' => domorder_nameservers($params),
        'contacts' => ['registrant' => domorder_contact($params)],
    ]);
}

function domorder_TransferDomain(array $params): array
{
    // A second transfer with another code is a signal to the same order, not another order.
    $key = "transfer-{$params['domainid']}";
    $order = domorder_find($params, $key);
    if ($order !== null && $order['needs'] === 'auth_code') {
        return domorder_told(domorder_ask($params, 'POST', "/v1/orders/{$order['id']}/auth-code", [
            'auth_code' => $params['eppcode'] ?? $params['transfersecret'],
        ]));
    }
    return domorder_order($params, $key, [
        'kind' => 'transfer',
        'auth_code' => $params['eppcode'] ?? $params['transfersecret'],
    ]);
}

function domorder_RenewDomain(array $params): array
{
    return domorder_order($params, "renew-{$params['domainid']}-{$params['expiryDate']}", [
        'kind' => 'renew',
        'years' => (int) $params['regperiod'],
        // The date that WHMCS believes in: with it, the order is safe even after a loss of Redis.
        'expected_expiry' => $params['expiryDate'],
    ]);
}

/** The daily sync of a domain that is here. */
function domorder_Sync(array $params): array
{
    foreach (["renew-{$params['domainid']}-{$params['expiryDate']}", "register-{$params['domainid']}"] as $key) {
        $order = domorder_find($params, $key);
        if ($order !== null && $order['state'] === 'succeeded' && $order['expiry'] !== null) {
            return ['active' => true, 'expirydate' => substr($order['expiry'], 0, 10)];
        }
    }
    return [];
}

/** The sync of a transfer that is under way. */
function domorder_TransferSync(array $params): array
{
    $order = domorder_find($params, "transfer-{$params['domainid']}");
    return match ($order['state'] ?? null) {
        'succeeded' => ['completed' => true, 'expirydate' => substr((string) $order['expiry'], 0, 10)],
        'failed', 'cancelled' => ['failed' => true, 'reason' => $order['provider_message'] ?? $order['reason']],
        // Not "pending" for ever: what is needed, and from whom, goes into the reason that the staff sees.
        'action_required' => ['error' => "needs {$order['needs']} from the {$order['waiting_on']}: {$order['provider_message']}"],
        default => [],
    };
}

function domorder_order(array $params, string $key, array $fields): array
{
    return domorder_told(domorder_ask($params, 'POST', '/v1/orders', $fields + [
        'idempotency_key' => $key,
        'account' => $params['Account'],
        'domain' => "{$params['sld']}.{$params['tld']}",
        'metadata' => ['whmcs_domain' => (string) $params['domainid']],
    ]));
}

/** The order that a key stands for; null: none. */
function domorder_find(array $params, string $key): ?array
{
    [$status, $order] = domorder_ask($params, 'GET', '/v1/orders/by-key/' . rawurlencode($key));
    return $status === 200 ? $order : null;
}

function domorder_contact(array $params): array
{
    return array_filter([
        'name' => trim("{$params['firstname']} {$params['lastname']}"),
        'company' => $params['companyname'] ?? '',
        'email' => $params['email'],
        'address1' => $params['address1'],
        'address2' => $params['address2'] ?? '',
        'city' => $params['city'],
        'state' => $params['fullstate'] ?? $params['state'] ?? '',
        'country' => $params['countrycode'],
        'zip' => $params['postcode'],
        'phone_cc' => (string) $params['phonecc'],
        'phone' => preg_replace('/\D/', '', (string) $params['phonenumber']),
    ], static fn ($value) => $value !== '');
}

function domorder_nameservers(array $params): array
{
    return array_values(array_filter(array_map(static fn ($n) => $params["ns{$n}"] ?? '', [1, 2, 3, 4, 5])));
}

/** WHMCS takes an `error` or a success; every fault of a refused order is named to the staff. */
function domorder_told(array $answer): array
{
    [$status, $body] = $answer;
    if ($status < 300) {
        return ['success' => true];
    }
    $faults = array_map(static fn ($fault) => "{$fault['pointer']}: {$fault['detail']}", $body['errors'] ?? []);
    return ['error' => implode('; ', array_filter([$body['title'] ?? "status {$status}", $body['detail'] ?? '', ...$faults]))];
}

/** One request. What cannot be reached is an error to the staff, who may safely try again: the key is the same. */
function domorder_ask(array $params, string $method, string $path, ?array $body = null): array
{
    $context = stream_context_create(['http' => [
        'method' => $method,
        'header' => ["Authorization: Bearer {$params['Token']}", 'Content-Type: application/json'],
        'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR),
        'timeout' => 20,
        'follow_location' => 0,
        'ignore_errors' => true,
    ]]);
    $text = @file_get_contents($params['Url'] . $path, false, $context);
    if ($text === false) {
        return [503, ['title' => 'domorder cannot be reached: try again, nothing is ordered twice']];
    }
    preg_match('#^HTTP/\S+ (\d+)#', $http_response_header[0], $status);
    return [(int) $status[1], json_decode($text, true) ?? []];
}
