package dev.proa.delivery.git;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.Repository;

/** Repositories as objects of the API and on disk. Thread-safe. */
public final class Repositories {
    /** Of commit statuses, so that those of a commit are found. */
    public static final String COMMIT = GitResources.GROUP + "/commit";

    private final Client client;
    private final RepositoryStore store;

    /** @param client reads and makes repositories, and reads commit statuses */
    public Repositories(Client client, RepositoryStore store) {
        this.client = client;
        this.store = store;
    }

    /** The object of a repository; empty when there is none. */
    public Optional<AnyObject> find(RepositoryName name) {
        return Optional.ofNullable(
                client.resource(GitResources.REPOSITORIES).in(name.namespace()).find(name.name()));
    }

    /** Makes the object of a repository, or finds that somebody has made it meanwhile. */
    AnyObject make(RepositoryName name, GitUser by) {
        AnyObject wanted = GitResources.REPOSITORIES.of(name.namespace(), name.name());
        AnyObject described = new AnyObject(
                wanted.value().with("spec", MapValue.of("description", "made by a push of " + by.name())));
        try {
            return client.resource(GitResources.REPOSITORIES).create(described);
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
            return client.resource(GitResources.REPOSITORIES)
                    .in(name.namespace())
                    .get(name.name());
        }
    }

    /** Opens the repository of an object. The caller closes it. */
    public Repository open(AnyObject object) throws IOException {
        return store.open(object.uid(), defaultBranch(object));
    }

    /** The branch that a clone checks out. */
    public static String defaultBranch(AnyObject object) {
        String branch = object.value().map("spec").string("defaultBranch");
        return branch.isEmpty() ? "main" : branch;
    }

    /** The rules of a repository. */
    public static PushRules rules(AnyObject object) {
        ListValue items = object.value().map("spec").list("protectedBranches");
        List<ProtectedBranch> branches = IntStream.range(0, items.size())
                .mapToObj(items::map)
                .map(ProtectedBranch::of)
                .toList();
        return new PushRules(defaultBranch(object), branches);
    }

    /** The states of a commit's statuses, by context. */
    public Map<String, String> statuses(RepositoryName name, String commit) {
        Map<String, String> states = new HashMap<>();
        client.resource(GitResources.COMMIT_STATUSES)
                .in(name.namespace())
                .list(ListOptions.labels(COMMIT + "=" + commit))
                .items()
                .forEach(status -> {
                    MapValue spec = status.value().map("spec");
                    if (spec.string("repository").equals(name.name())
                            && spec.string("commit").equals(commit)) {
                        states.put(spec.string("context"), spec.string("state"));
                    }
                });
        return states;
    }

    /** Puts aside what is on disk of repositories whose objects are gone. */
    public void clean(Instant now) throws IOException {
        store.retain(
                () -> client.resource(GitResources.REPOSITORIES).list().stream()
                        .map(AnyObject::uid)
                        .collect(Collectors.toSet()),
                now);
    }
}
