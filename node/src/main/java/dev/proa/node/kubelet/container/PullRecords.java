package dev.proa.node.kubelet.container;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.node.kubelet.container.PullSecrets.Credential;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers by which credentials the kubelet pulled images, so that a pod without them does not get an image only because another pod had
 * them (KEP-2535, policy {@code NeverVerifyPreloadedImages}). Images that came by other ways, as by a build, are for every pod. Below the directory, {@code pulling} has a file for each
 * image being pulled, and {@code pulled} one for each that was. Thread-safe.
 */
final class PullRecords {
    private static final Logger LOG = LoggerFactory.getLogger(PullRecords.class);
    private static final String API = "kubelet.config.k8s.io/v1beta1";
    /** With more secrets for an image, further ones have to prove themselves by a pull. */
    private static final int MOST_SECRETS = 100;

    private static final String MAPPING = "credentialMapping";
    private static final String FOR_ALL = "nodePodsAccessible";
    private static final String SECRETS = "kubernetesSecrets";

    private final Path intents;
    private final Path pulled;
    private final Map<String, Integer> pulling = new HashMap<>();

    /** Which pods may have an image without pulling it. */
    enum Access {
        ALL,
        /** Those with the credentials by which it was pulled. */
        WITH_CREDENTIALS,
        NONE
    }

    /** @throws UncheckedIOException when the directory cannot be made */
    PullRecords(Path directory) {
        intents = directory.resolve("pulling");
        pulled = directory.resolve("pulled");
        try {
            for (Path each : List.of(intents, pulled)) {
                Files.createDirectories(
                        each, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the kubelet cannot keep records of images in " + directory, e);
        }
    }

    /**
     * Settles what an earlier process left: an image whose pull was not seen to end has to be pulled again by whoever wants it, and what is about
     * images that are gone is deleted.
     *
     * @param idOf the id of an image by name or id; null when it is not on the node
     */
    synchronized void recover(Function<String, @Nullable String> idOf) {
        for (MapValue intent : all(intents)) {
            String image = intent.string("image");
            String id = idOf.apply(image);
            if (id != null) {
                MapValue known = read(id);
                write(pulled, id, known == null ? record(id) : known);
            }
            delete(intents, image);
        }
        for (MapValue record : all(pulled)) {
            if (idOf.apply(record.string("imageRef")) == null) {
                delete(pulled, record.string("imageRef"));
            }
        }
    }

    /**
     * The pull of an image begins; {@link #ended} has to follow.
     *
     * @throws UncheckedIOException when that cannot be written down
     */
    synchronized void begin(String image) {
        if (!pulling.containsKey(image)) {
            write(intents, image, MapValue.of("apiVersion", API, "kind", "ImagePullIntent", "image", image));
        }
        pulling.merge(image, 1, Integer::sum);
    }

    /** The pull has ended, with success or without. */
    synchronized void ended(String image) {
        int left = pulling.getOrDefault(image, 0) - 1;
        if (left > 0) {
            pulling.put(image, left);
        } else {
            pulling.remove(image);
            delete(intents, image);
        }
    }

    /**
     * An image was pulled, or is wanted by a pod that may have it.
     *
     * @param repository its name without tag and digest
     * @param used null when no credentials were needed
     */
    synchronized void pulled(String image, String repository, String id, @Nullable Credential used) {
        try {
            MapValue known = read(id);
            MapValue before =
                    known == null ? MapValue.EMPTY : known.map(MAPPING).map(repository);
            MapValue after = before.bool(FOR_ALL) || used == null
                    ? MapValue.of(FOR_ALL, true)
                    : MapValue.of(SECRETS, with(before.list(SECRETS), used));
            if (!after.equals(before)) {
                MapValue record = known == null ? record(id) : known;
                write(
                        pulled,
                        id,
                        record.withMap(MAPPING, mapping -> mapping.with(repository, after))
                                .with("lastUpdatedTime", now()));
            }
        } catch (UncheckedIOException e) {
            LOG.warn("It could not be written down by what {} was pulled; pods will pull it again", image, e);
            pulling.merge(image, 1, Integer::sum); // its intent stays, and stands for a record
        }
    }

    /** Which pods may have an image of the node without pulling it. */
    synchronized Access access(String image, String repository, String id) {
        MapValue record;
        try {
            record = read(id);
        } catch (UncheckedIOException e) {
            LOG.warn("The record of image {} cannot be read; it is pulled again", image, e);
            return Access.NONE;
        }
        if (record == null) {
            boolean begun = pulling.containsKey(image) || Files.exists(file(intents, image));
            return begun ? Access.NONE : Access.ALL;
        }
        MapValue mapping = record.map(MAPPING).map(repository);
        if (mapping.bool(FOR_ALL)) {
            return Access.ALL;
        }
        return mapping.list(SECRETS).isEmpty() ? Access.NONE : Access.WITH_CREDENTIALS;
    }

    /** Whether an image was pulled by one of these credentials, or by others from the same Secret. */
    synchronized boolean accepts(String image, String repository, String id, List<Credential> credentials) {
        MapValue record;
        try {
            record = read(id);
        } catch (UncheckedIOException e) {
            LOG.warn("The record of image {} cannot be read; it is pulled again", image, e);
            return false;
        }
        ListValue secrets = record == null
                ? ListValue.EMPTY
                : record.map(MAPPING).map(repository).list(SECRETS);
        for (Credential credential : credentials) {
            boolean same = any(secrets, each -> each.string("credentialHash").equals(credential.hash()));
            if (same || secrets.size() < MOST_SECRETS && any(secrets, each -> isSame(each, credential))) {
                if (secrets.size() < MOST_SECRETS) {
                    pulled(image, repository, id, credential);
                }
                return true;
            }
        }
        return false;
    }

    private static boolean any(ListValue secrets, Predicate<MapValue> condition) {
        return secrets.stream().anyMatch(each -> each instanceof MapValue secret && condition.test(secret));
    }

    private static boolean isSame(MapValue secret, Credential credential) {
        return credential
                .secret()
                .equals(secret.string("uid") + "/" + secret.string("namespace") + "/" + secret.string("name"));
    }

    private static ListValue with(ListValue secrets, Credential used) {
        List<Object> all = new ArrayList<>();
        secrets.forEach(each -> {
            if (each instanceof MapValue secret && !isSame(secret, used)) {
                all.add(secret);
            }
        });
        String[] origin = used.secret().split("/", 3);
        all.add(MapValue.of(
                "uid", origin[0], "namespace", origin[1], "name", origin[2], "credentialHash", used.hash()));
        return ListValue.copyOf(all);
    }

    private static MapValue record(String id) {
        return MapValue.of("apiVersion", API, "kind", "ImagePulledRecord", "lastUpdatedTime", now(), "imageRef", id);
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A record that is damaged counts as one without credentials: whoever wants the image has to pull it. */
    private @Nullable MapValue read(String id) {
        Path file = file(pulled, id);
        try {
            return Files.exists(file) ? Json.decodeMap(Files.readAllBytes(file)) : null;
        } catch (DecodeException e) {
            LOG.warn("{} cannot be read: {}", file, e.getMessage());
            return record(id);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<MapValue> all(Path directory) {
        List<MapValue> documents = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "sha256-*")) {
            for (Path file : files) {
                try {
                    documents.add(Json.decodeMap(Files.readAllBytes(file)));
                } catch (DecodeException e) {
                    LOG.warn("{} cannot be read: {}", file, e.getMessage());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the records of images in " + directory + " cannot be read", e);
        }
        return documents;
    }

    private static Path file(Path directory, String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return directory.resolve("sha256-" + HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Durable: an image whose record is lost would be for every pod. */
    private static void write(Path directory, String name, MapValue document) {
        Path file = file(directory, name);
        Path written = file.resolveSibling("new-" + file.getFileName());
        try {
            Files.write(written, Json.encode(document));
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void delete(Path directory, String name) {
        try {
            Files.deleteIfExists(file(directory, name));
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted", file(directory, name), e);
        }
    }
}
