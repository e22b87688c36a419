package dev.proa.delivery.pipeline.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts the states of runs for their objects (AES-256-GCM, with a key on the cluster's disk): outputs and environments of steps may hold secrets, and
 * who may read runs need not be allowed to read Secrets. Thread-safe.
 */
final class SealedState {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    private SealedState(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /** With the key in a folder, where one is made when there is none. */
    static synchronized SealedState in(Path folder) throws IOException {
        Path file = Files.createDirectories(folder).resolve("state.key");
        if (!Files.exists(file)) {
            byte[] made = new byte[KEY_BYTES];
            RANDOM.nextBytes(made);
            Path part = Files.createTempFile(
                    folder,
                    "state",
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(part, made);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length != KEY_BYTES) {
            throw new IOException(file + " is no key of " + KEY_BYTES
                    + " bytes; bring it back from a backup, or delete it, which fails the runs that have not ended");
        }
        return new SealedState(key);
    }

    /** Encrypts the state of a run. */
    String seal(String run, String state) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, run).doFinal(state.getBytes(StandardCharsets.UTF_8));
            byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return Base64.getEncoder().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /**
     * Decrypts the state of a run.
     *
     * @throws IOException when it was not encrypted with this key for this run
     */
    String open(String run, String sealed) throws IOException {
        try {
            byte[] all = Base64.getDecoder().decode(sealed);
            byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
            byte[] state = cipher(Cipher.DECRYPT_MODE, nonce, run)
                    .doFinal(all, NONCE_BYTES, Math.max(0, all.length - NONCE_BYTES));
            return new String(state, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("its state was not written by this cluster; run the pipeline again", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String run) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(run.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
