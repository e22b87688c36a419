package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.delivery.History;
import dev.proa.delivery.History.Revision;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa history}: lists the revisions of an application. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = {
            "List the revisions of an application that are kept, with image, time, cause and who deployed them.",
            "",
            "proa rollback APP --to REVISION goes back to one of them."
        })
final class HistoryCommand implements Callable<Integer> {
    @Mixin
    private ApplicationOptions application;

    @Mixin
    private TargetOptions cluster;

    @Mixin
    private OutputOption output;

    @Option(
            names = "--revision",
            defaultValue = "0",
            paramLabel = "REVISION",
            description = "Show one revision, with its pod template.")
    private long revision;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        boolean json = output.json();
        if (revision < 0) {
            throw new Failure(Exit.USAGE, "--revision must be a revision, not " + revision);
        }
        List<Revision> all;
        try (Client client = new Client(cluster.reachRunning().transport())) {
            all = History.of(client, application.namespace(), application.app());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (revision > 0) {
            one(all, json, out);
        } else if (json) {
            out.println(Json.toString(MapValue.of(
                    "revisions",
                    ListValue.copyOf(all.stream()
                            .map(each -> value(each).without("template"))
                            .toList()))));
        } else {
            Table table = new Table("REVISION", "IMAGE", "CREATED", "BY", "CAUSE");
            all.forEach(each -> table.row(
                    each.number() + (each.current() ? " (now)" : ""),
                    String.join(", ", each.images()),
                    each.created(),
                    each.by().isEmpty() ? "-" : each.by(),
                    each.cause().isEmpty() ? "-" : each.cause()));
            table.lines("").forEach(out::println);
        }
        out.flush();
        return Exit.OK;
    }

    private void one(List<Revision> all, boolean json, PrintWriter out) {
        Revision found = all.stream()
                .filter(each -> each.number() == revision)
                .findFirst()
                .orElseThrow(() -> new Failure(
                        Exit.FAILED,
                        "there is no revision " + revision + " of \"" + application.app() + "\"; there is "
                                + String.join(
                                        ", ",
                                        all.stream()
                                                .map(each -> String.valueOf(each.number()))
                                                .toList())));
        out.print(json ? Json.toString(value(found)) + "\n" : Yaml.toString(value(found)));
    }

    private static MapValue value(Revision revision) {
        return MapValue.of(
                "revision",
                revision.number(),
                "current",
                revision.current(),
                "images",
                ListValue.copyOf(revision.images()),
                "created",
                revision.created(),
                "cause",
                revision.cause(),
                "by",
                revision.by(),
                "template",
                revision.template());
    }
}
