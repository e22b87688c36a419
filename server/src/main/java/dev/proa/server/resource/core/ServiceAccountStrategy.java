package dev.proa.server.resource.core;

import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.ResourceStrategy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strategy of service accounts: the annotation that limits their pods' secrets is deprecated. */
final class ServiceAccountStrategy extends ResourceStrategy {
    private static final String MOUNTABLE = "kubernetes.io/enforce-mountable-secrets";

    ServiceAccountStrategy(Spec spec) {
        super(spec);
    }

    @Override
    public List<String> warnings(MapValue account, @Nullable MapValue old) {
        return isLimited(account) && (old == null || !isLimited(old))
                ? List.of("metadata.annotations[" + MOUNTABLE
                        + "]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets")
                : List.of();
    }

    private static boolean isLimited(MapValue account) {
        return account.map("metadata").map("annotations").has(MOUNTABLE);
    }
}
