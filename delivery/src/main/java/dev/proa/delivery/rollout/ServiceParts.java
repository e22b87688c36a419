package dev.proa.delivery.rollout;

import dev.proa.api.core.v1.Service;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.PingPong;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which service stands for which version, and when services switch. */
final class ServiceParts {
    private static final String PING = "ping";

    private ServiceParts() {}

    /** The services of a canary update in their present parts; empty names for none. */
    static Services of(CanaryStrategy canary, String stablePingPong) {
        PingPong pingPong = canary.pingPong();
        if (pingPong == null) {
            return new Services(canary.canaryService(), canary.stableService());
        }
        return stablePingPong.equals(PING)
                ? new Services(pingPong.pongService(), pingPong.pingService())
                : new Services(pingPong.pingService(), pingPong.pongService());
    }

    /** The part that the ping service has after the next promotion. */
    static String swapped(String stablePingPong) {
        return stablePingPong.equals(PING) ? "pong" : PING;
    }

    /** Has the services of a canary update select their versions, once these have pods. */
    static void plan(Draft draft) {
        Situation s = draft.situation;
        CanaryStrategy canary = Objects.requireNonNull(s.canary());
        if (canary.pingPong() != null) {
            if (!s.isPromoted()) {
                Services parts = of(canary, s.status().canary().stablePingPong());
                target(draft, parts.canary(), s.current(), false);
                if (s.stable() != null && s.selected(parts.stable()).isEmpty()) {
                    target(draft, parts.stable(), s.stable(), true);
                }
            }
            return;
        }
        target(draft, canary.stableService(), s.stable(), true);
        if (draft.isAborted()) {
            boolean still = s.hasRouting() && (s.isDynamic() && CanaryTraffic.weightAfterAbort(s) > 0);
            if (!still) {
                target(draft, canary.canaryService(), s.stable(), !s.hasRouting());
            }
            return;
        }
        if (!CanaryTraffic.isReturningToStable(s)) {
            target(draft, canary.canaryService(), s.current(), true);
        }
    }

    private static void target(Draft draft, String name, @Nullable Version version, boolean whenAvailable) {
        Service service = draft.situation.services().get(name);
        if (service == null || version == null) {
            return;
        }
        String hash = version.hash();
        boolean adopted = service.annotations().containsKey(Argo.MANAGED_BY);
        if (draft.situation.selected(name).equals(hash)) {
            if (!adopted) {
                draft.add(new Action.SwitchService(name, hash));
            }
            return;
        }
        boolean ready = adopted ? version.available() > 0 : version.isAvailable();
        if (!whenAvailable || ready) {
            draft.add(new Action.SwitchService(name, hash));
        }
    }
}
