package dev.proa.control.serviceaccount;

import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Fills secrets of type {@code kubernetes.io/service-account-token} with a token, the cluster's authority and the namespace; deletes those whose
 * service account is gone, and forgets those that are gone in their service accounts.
 */
public final class TokenController {
    static final String TYPE = "kubernetes.io/service-account-token";
    static final String ACCOUNT_NAME = "kubernetes.io/service-account.name";
    static final String ACCOUNT_UID = "kubernetes.io/service-account.uid";

    private final ControlContext context;
    private final TokenSigner signer;
    private final String authority;
    private final Informer<Secret> secrets;
    private final Informer<ServiceAccount> accounts;

    /**
     * A secret that there is, or was, and the service account that it names.
     *
     * @param account empty when it names none
     */
    private record Key(String namespace, String name, String account) {}

    /** @param authority PEM of the API server's certificate authority */
    public TokenController(ControlContext context, TokenSigner signer, String authority) {
        this.context = context;
        this.signer = signer;
        this.authority = base64(authority);
        this.secrets = context.informers().informer(Secret.KIND);
        this.accounts = context.informers().informer(ServiceAccount.KIND);
        context.<Key>controller("serviceaccount-token-controller", this::reconcile)
                .watch(secrets, secret -> isToken(secret) ? key(secret) : null)
                .watchAll(
                        accounts,
                        (account, keys) -> secrets.list(account.namespace()).stream()
                                .filter(secret ->
                                        isToken(secret) && accountName(secret).equals(account.name()))
                                .map(TokenController::key)
                                .forEach(keys));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static boolean isToken(Secret secret) {
        return secret.value().string("type").equals(TYPE);
    }

    static String accountName(Secret secret) {
        return secret.annotations().getOrDefault(ACCOUNT_NAME, "");
    }

    private static Key key(Secret secret) {
        return new Key(secret.namespace(), secret.name(), accountName(secret));
    }

    private Result reconcile(Key key) {
        Secret secret = secrets.get(key.namespace(), key.name());
        if (secret == null) {
            forget(key);
        } else if (isToken(secret) && !secret.isDeleting()) {
            ServiceAccount account = account(secret);
            if (account == null) {
                delete(secret);
            } else {
                fill(secret, account);
            }
        }
        return Result.DONE;
    }

    /** The service account of a secret, as the API server has it when the informer does not know it; null when there is none. */
    private @Nullable ServiceAccount account(Secret secret) {
        String name = accountName(secret);
        if (name.isEmpty()) {
            return null;
        }
        ServiceAccount known = accounts.get(secret.namespace(), name);
        if (isOf(secret, known)) {
            return known;
        }
        ServiceAccount live = context.client()
                .resource(ServiceAccount.KIND)
                .in(secret.namespace())
                .find(name);
        return isOf(secret, live) ? live : null;
    }

    static boolean isOf(Secret secret, @Nullable ServiceAccount account) {
        String uid = secret.annotations().getOrDefault(ACCOUNT_UID, "");
        return account != null && (uid.isEmpty() || uid.equals(account.uid()));
    }

    private void delete(Secret secret) {
        try {
            context.client()
                    .resource(Secret.KIND)
                    .in(secret.namespace())
                    .delete(secret.name(), DeleteOptions.EMPTY.withPreconditions(p -> p.withUid(secret.uid())));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
        }
    }

    private void fill(Secret secret, ServiceAccount account) {
        MapValue data = secret.value().map("data");
        boolean complete = data.string("ca.crt").equals(authority)
                && !data.string("namespace").isEmpty()
                && !data.string("token").isEmpty();
        if (complete) {
            return;
        }
        MapValue filled = data.with("ca.crt", authority);
        if (data.string("namespace").isEmpty()) {
            filled = filled.with("namespace", base64(secret.namespace()));
        }
        if (data.string("token").isEmpty()) {
            filled = filled.with("token", base64(signer.sign(account, secret)));
        }
        MapValue value = secret.value()
                .with("data", filled)
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap(
                                "annotations",
                                annotations -> annotations
                                        .with(ACCOUNT_NAME, account.name())
                                        .with(ACCOUNT_UID, account.uid())));
        update(() -> context.client().resource(Secret.KIND).update(new Secret(value)));
    }

    /** A secret is gone: its service account must not name it. The informer may not know yet that it does. */
    private void forget(Key key) {
        ServiceAccount account = key.account().isEmpty()
                ? null
                : context.client()
                        .resource(ServiceAccount.KIND)
                        .in(key.namespace())
                        .find(key.account());
        if (account == null) {
            return;
        }
        ListValue left = ListValue.EMPTY;
        ListValue named = account.value().list("secrets");
        for (Object reference : named) {
            if (!(reference instanceof MapValue map && map.string("name").equals(key.name()))) {
                left = left.plus(reference);
            }
        }
        if (left.size() < named.size()) {
            update(account.value().with("secrets", left));
        }
    }

    /** When somebody else has changed it meanwhile, this is tried again. */
    private void update(MapValue account) {
        try {
            context.client().resource(ServiceAccount.KIND).update(new ServiceAccount(account));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** What somebody else has changed meanwhile comes by again. */
    private static void update(Runnable write) {
        try {
            write.run();
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
        }
    }
}
