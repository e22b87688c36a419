package dev.proa.control.autoscaling;

import dev.proa.client.ObjectKey;
import java.time.Duration;

/** Is told what the autoscalers do, for metrics. Called by several threads. */
public interface AutoscalerMonitor {
    /** Ignores everything. */
    AutoscalerMonitor NONE = new AutoscalerMonitor() {
        @Override
        public void reconciled(Action action, Fault fault, Duration took) {}

        @Override
        public void computed(String metricType, Action action, Fault fault, Duration took) {}

        @Override
        public void counted(int autoscalers) {}

        @Override
        public void desired(ObjectKey autoscaler, int replicas) {}
    };

    /** What was done, or proposed, with the number of replicas. */
    enum Action {
        SCALE_UP,
        SCALE_DOWN,
        NONE;

        static Action of(int before, int after) {
            return after > before ? SCALE_UP : after < before ? SCALE_DOWN : NONE;
        }
    }

    /** Whose fault it was that something failed. */
    enum Fault {
        /** The autoscaler's own. */
        SPEC,
        /** Of whatever else. */
        INTERNAL,
        NONE
    }

    /** An autoscaler was looked at. */
    void reconciled(Action action, Fault fault, Duration took);

    /** The number of replicas for one metric was computed. {@code metricType} is its {@code type}. */
    void computed(String metricType, Action action, Fault fault, Duration took);

    /** So many autoscalers there are now. */
    void counted(int autoscalers);

    /** An autoscaler wants so many replicas. */
    void desired(ObjectKey autoscaler, int replicas);
}
