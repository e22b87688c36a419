package dev.proa.registry;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The repositories of a store, by their full names ({@code localhost:5001/team/app}). Thread-safe. */
final class Repositories {
    private final ImageStore store;
    private volatile Snapshot snapshot = new Snapshot(List.of(), Map.of());

    private record Snapshot(List<NamedManifest> entries, Map<String, Repository> repositories) {}

    Repositories(ImageStore store) {
        this.store = store;
    }

    ImageStore store() {
        return store;
    }

    /** What a repository has now. One that nobody has pushed to is empty. */
    Repository get(String fullName) {
        Repository found = current().repositories.get(fullName);
        return found == null ? new Repository(store, List.of()) : found;
    }

    /** Whether anybody has ever pushed to a repository, as far as is known. */
    boolean isKnown(String fullName) {
        return !get(fullName).isEmpty() || store.holdsAny(fullName);
    }

    /** The full names of those through which a blob may be read. */
    Stream<String> withBlob(Digest blob) {
        return Stream.concat(
                current().repositories.entrySet().stream()
                        .filter(entry -> entry.getValue().hasBlob(blob))
                        .map(Map.Entry::getKey),
                store.holders(blob).stream());
    }

    /** Whether a blob may be read through a repository: it belongs to a manifest there, or was pushed to it lately. */
    boolean hasBlob(String fullName, Digest blob) {
        return get(fullName).hasBlob(blob) ? store.contains(blob) : store.holds(fullName, blob);
    }

    private Snapshot current() {
        List<NamedManifest> entries = store.manifests();
        Snapshot known = snapshot;
        if (known.entries == entries) {
            return known;
        }
        Map<String, List<NamedManifest>> grouped = new HashMap<>();
        for (NamedManifest entry : entries) {
            grouped.computeIfAbsent(entry.name().name(), name -> new ArrayList<>())
                    .add(entry);
        }
        Map<String, Repository> repositories = new HashMap<>();
        grouped.forEach((name, group) -> repositories.put(name, new Repository(store, group)));
        Snapshot made = new Snapshot(entries, repositories);
        snapshot = made;
        return made;
    }

    /**
     * A repository's name, checked.
     *
     * @throws RegistryException when there cannot be one of that name
     */
    static Reference name(String host, String path) {
        return reference(host, path, "latest");
    }

    /**
     * A tag in a repository, checked.
     *
     * @throws RegistryException when there cannot be one of that name
     */
    static Reference reference(String host, String path, String tag) {
        try {
            Reference parsed = Reference.parse(host + "/" + path + ":" + tag);
            // A host without a dot would be taken for a part of the path.
            if (parsed.registry().equals(host) && tag.equals(parsed.tag())) {
                return parsed;
            }
        } catch (ImageFailure e) {
            throw new RegistryException(ErrorCode.NAME_INVALID, String.valueOf(e.getMessage()));
        }
        throw new RegistryException(ErrorCode.NAME_INVALID, "that is no name of a repository");
    }
}
