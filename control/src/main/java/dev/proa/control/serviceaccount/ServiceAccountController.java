package dev.proa.control.serviceaccount;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.status.StatusException;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Terminating;

/** Creates the service account {@code default} in every namespace, which pods use unless they name another. */
public final class ServiceAccountController {
    private static final String DEFAULT = "default";

    private final ControlContext context;
    private final Informer<Namespace> namespaces;
    private final Informer<ServiceAccount> accounts;

    public ServiceAccountController(ControlContext shared) {
        ControlContext context = shared.as("service-account-controller");
        this.context = context;
        this.namespaces = context.informers().informer(Namespace.KIND);
        this.accounts = context.informers().informer(ServiceAccount.KIND);
        context.<String>controller("serviceaccount-controller", this::reconcile)
                .watch(namespaces, Namespace::name)
                .watch(accounts, account -> account.name().equals(DEFAULT) ? account.namespace() : null);
    }

    private Result reconcile(String name) {
        Namespace namespace = namespaces.get("", name);
        if (namespace == null || namespace.isDeleting() || accounts.get(name, DEFAULT) != null) {
            return Result.DONE;
        }
        try {
            context.client().resource(ServiceAccount.KIND).create(ServiceAccount.of(name, DEFAULT));
        } catch (StatusException e) {
            if (e.code() != 409 && !Terminating.isCauseOf(e)) {
                throw e;
            }
        }
        return Result.DONE;
    }
}
