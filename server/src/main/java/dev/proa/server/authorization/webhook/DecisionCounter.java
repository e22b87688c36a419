package dev.proa.server.authorization.webhook;

import dev.proa.server.auth.Authorizer;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/** Counts what an authorizer decides; it is not asked by name each time. Safe for any thread. */
public record DecisionCounter(CounterDataPoint allowed, CounterDataPoint denied) {
    /** Counts a decision, unless others are asked after it. */
    public void count(Authorizer.Decision decision) {
        switch (decision.verdict()) {
            case ALLOW -> allowed.inc();
            case DENY -> denied.inc();
            case NO_OPINION -> {}
        }
    }
}
