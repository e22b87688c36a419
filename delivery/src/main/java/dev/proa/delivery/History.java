package dev.proa.delivery;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import java.util.ArrayList;
import java.util.List;

/** {@code proa history}: the revisions of an application that are kept, to which it can be rolled back. */
public final class History {
    private History() {}

    /**
     * A revision.
     *
     * @param current whether it is the present one
     * @param images of its containers
     * @param created when it was first rolled out, in RFC 3339
     * @param cause of the change; empty when unknown
     * @param by who deployed it; empty when unknown
     * @param template its pod template
     */
    public record Revision(
            long number,
            boolean current,
            List<String> images,
            String created,
            String cause,
            String by,
            MapValue template) {
        public Revision {
            images = List.copyOf(images);
        }
    }

    /**
     * The revisions of an application, the oldest first.
     *
     * @throws IllegalArgumentException when there is no such application; the message lists those that exist
     */
    public static List<Revision> of(Client client, String namespace, String app) {
        Revisions all = Revisions.find(client, Application.find(client, namespace, app), app);
        List<Revision> revisions = new ArrayList<>();
        all.kept()
                .forEach((number, kept) -> revisions.add(new Revision(
                        number,
                        number.equals(all.kept().lastKey()),
                        new PodSpec(kept.template().map("spec"))
                                .containers().stream().map(Container::image).toList(),
                        kept.created(),
                        kept.annotations().getOrDefault(ChangeCause.CAUSE, ""),
                        kept.annotations().getOrDefault(ChangeCause.BY, ""),
                        kept.template())));
        return revisions;
    }
}
