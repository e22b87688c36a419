package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How one version of an experiment goes. */
public record TemplateStatus(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public TemplateStatus withName(String to) {
        return new TemplateStatus(value.with("name", to));
    }

    public int replicas() {
        return (int) value.integer("replicas", 0);
    }

    public TemplateStatus withReplicas(int to) {
        return new TemplateStatus(value.with("replicas", (long) to));
    }

    public int updatedReplicas() {
        return (int) value.integer("updatedReplicas", 0);
    }

    public TemplateStatus withUpdatedReplicas(int to) {
        return new TemplateStatus(value.with("updatedReplicas", (long) to));
    }

    public int readyReplicas() {
        return (int) value.integer("readyReplicas", 0);
    }

    public TemplateStatus withReadyReplicas(int to) {
        return new TemplateStatus(value.with("readyReplicas", (long) to));
    }

    public int availableReplicas() {
        return (int) value.integer("availableReplicas", 0);
    }

    public TemplateStatus withAvailableReplicas(int to) {
        return new TemplateStatus(value.with("availableReplicas", (long) to));
    }

    public int collisionCount() {
        return (int) value.integer("collisionCount", 0);
    }

    public TemplateStatus withCollisionCount(int to) {
        return new TemplateStatus(value.with("collisionCount", (long) to));
    }

    /** {@code Progressing}, {@code Running}, {@code Successful}, {@code Failed} or {@code Error}. */
    public String status() {
        return value.string("status");
    }

    public TemplateStatus withStatus(String to) {
        return new TemplateStatus(value.with("status", to));
    }

    public String message() {
        return value.string("message");
    }

    public TemplateStatus withMessage(String to) {
        return new TemplateStatus(value.with("message", to));
    }

    public @Nullable Instant lastTransitionTime() {
        return Times.parse(value.get("lastTransitionTime"));
    }

    public TemplateStatus withLastTransitionTime(@Nullable Instant to) {
        return new TemplateStatus(Views.with(value, "lastTransitionTime", to == null ? null : Times.format(to)));
    }

    public String serviceName() {
        return value.string("serviceName");
    }

    public TemplateStatus withServiceName(String to) {
        return new TemplateStatus(value.with("serviceName", to));
    }

    public String podTemplateHash() {
        return value.string("podTemplateHash");
    }

    public TemplateStatus withPodTemplateHash(String to) {
        return new TemplateStatus(value.with("podTemplateHash", to));
    }
}
