package dev.proa.server.admission.webhook;

import dev.proa.api.status.Resource;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.admission.webhook.Webhooks.Invocation;
import dev.proa.server.admission.webhook.Webhooks.Outcome;
import dev.proa.server.admission.webhook.Webhooks.Parts;
import dev.proa.server.admission.webhook.Webhooks.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Kubernetes' admission plugin {@code ValidatingAdmissionWebhook}: all webhooks that a request is for are asked at the same time. */
final class ValidatingWebhooks implements ValidatingPlugin {
    private final Webhooks webhooks;

    ValidatingWebhooks(Parts parts) {
        webhooks = new Webhooks("validatingwebhookconfigurations", "validating", false, parts);
    }

    @Override
    public String name() {
        return "ValidatingAdmissionWebhook";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return true;
    }

    @Override
    public void validate(AdmissionAttributes request) {
        List<Webhook> all = webhooks.all(request.snapshot());
        if (all.isEmpty() || Webhooks.isExempt(request)) {
            return;
        }
        List<Invocation> due = new ArrayList<>(0);
        Versions versions = new Versions();
        for (Webhook webhook : all) {
            Invocation invocation = webhooks.invocation(webhook, request, versions);
            if (invocation != null) {
                due.add(invocation);
            }
        }
        List<Outcome> outcomes = call(due);
        for (int i = 0; i < due.size(); i++) {
            Webhooks.tell(due.get(i), outcomes.get(i));
        }
        for (int i = 0; i < due.size(); i++) {
            WebhookFailure failure = outcomes.get(i).failure();
            if (failure != null) {
                String annotation = "failed-open.validating.webhook.admission.k8s.io/round_0_index_" + i;
                Webhooks.decide(due.get(i), failure, annotation);
            }
        }
    }

    private List<Outcome> call(List<Invocation> due) {
        if (due.size() == 1) {
            return List.of(webhooks.call(due.getFirst()));
        }
        List<CompletableFuture<Outcome>> calls = new ArrayList<>(due.size());
        for (Invocation invocation : due) {
            calls.add(CompletableFuture.supplyAsync(
                    () -> webhooks.call(invocation), task -> Thread.ofVirtual().start(task)));
        }
        return calls.stream().map(dev.proa.http.Blocking::join).toList();
    }
}
