package dev.proa.node.kubelet.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The claims that are prepared on this node, as the checkpoint has them. For use under one lock. */
final class PreparedClaims {
    private final ClaimCheckpoint checkpoint;
    private final Map<String, PreparedClaim> claims = new LinkedHashMap<>();
    private Collection<PreparedClaim> written;

    PreparedClaims(ClaimCheckpoint checkpoint) {
        this.checkpoint = checkpoint;
        checkpoint.read().forEach(this::put);
        written = List.copyOf(claims.values());
    }

    @Nullable
    PreparedClaim find(String namespace, String name) {
        return claims.get(namespace + "/" + name);
    }

    void put(PreparedClaim claim) {
        claims.put(claim.namespace() + "/" + claim.name(), claim);
    }

    /** Changes a claim that is there; another one of its name that came meanwhile is not. */
    void change(PreparedClaim claim, UnaryOperator<PreparedClaim> how) {
        claims.computeIfPresent(
                claim.namespace() + "/" + claim.name(),
                (key, found) -> found.uid().equals(claim.uid()) ? how.apply(found) : found);
    }

    void remove(PreparedClaim claim) {
        PreparedClaim found = find(claim.namespace(), claim.name());
        if (found != null && found.uid().equals(claim.uid())) {
            claims.remove(claim.namespace() + "/" + claim.name());
        }
    }

    List<PreparedClaim> all() {
        return new ArrayList<>(claims.values());
    }

    /** Writes the checkpoint, unless it is as it was. */
    void save() {
        Collection<PreparedClaim> now = List.copyOf(claims.values());
        if (!now.equals(written)) {
            checkpoint.write(now);
            written = now;
        }
    }
}
