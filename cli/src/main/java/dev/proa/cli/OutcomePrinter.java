package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.DeployOutcome;
import dev.proa.delivery.Target;
import java.io.PrintWriter;

/** Prints the outcome of a deployment: a last line of text, or one JSON object. */
record OutcomePrinter(boolean json, Target target, PrintWriter out, Style style) {
    /** @throws Failure when the deployment failed */
    int print(DeployOutcome outcome) {
        return switch (outcome) {
            case DeployOutcome.Running running -> {
                out.println(json ? Json.toString(json(running)) : last(running));
                out.flush();
                yield Exit.OK;
            }
            case DeployOutcome.Failed failed -> throw new Failure(Exit.FAILED, failed.message());
        };
    }

    private String last(DeployOutcome.Running running) {
        if (!running.url().isEmpty()) {
            return style.good(running.url());
        }
        if (!running.warnings().isEmpty()) {
            return "\"" + running.app() + "\" is applied, but not all of it runs; see the warnings above";
        }
        return "\"" + running.app() + "\" is rolled out"
                + (target.foreign()
                        ? ""
                        : target.host().isEmpty()
                                ? "; nothing answers, for its pods are simulated"
                                : "; it has no service with a node port, so there is no URL");
    }

    private static MapValue json(DeployOutcome.Running running) {
        return MapValue.of(
                "app",
                running.app(),
                "image",
                running.image(),
                "url",
                running.url(),
                "changed",
                ListValue.copyOf(running.changed()),
                "warnings",
                ListValue.copyOf(running.warnings()));
    }
}
