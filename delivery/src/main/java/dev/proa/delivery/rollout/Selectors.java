package dev.proa.delivery.rollout;

import dev.proa.api.meta.v1.LabelSelector;

/** Label selectors as texts. */
final class Selectors {
    private Selectors() {}

    /** The selector as in a query, as autoscalers read it from the scale. */
    static String text(LabelSelector selector) {
        return dev.proa.api.selector.LabelSelector.of(selector).toString();
    }
}
