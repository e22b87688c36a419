package dev.proa.server.encryption;

import dev.proa.http.grpc.GrpcClient;
import dev.proa.http.grpc.GrpcException;
import dev.proa.http.grpc.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** A key service that is reached by gRPC at a Unix socket. While nobody listens there, a call waits for it as long as it has time. */
final class GrpcKeyService implements KeyService {
    private final String provider;
    private final Duration timeout;
    private final EncryptionMetrics metrics;
    private final GrpcClient client;

    GrpcKeyService(String provider, Path socket, Duration timeout, EncryptionMetrics metrics) {
        this.provider = provider;
        this.timeout = timeout;
        this.metrics = metrics;
        this.client = new GrpcClient(socket, true);
    }

    @Override
    public Status status() throws IOException {
        String[] texts = {"", "", ""};
        Wire.read(call("Status", new byte[0]), 0, (field, value) -> {
            if (field >= 1 && field <= 3) {
                texts[field - 1] = new String(value, StandardCharsets.UTF_8);
            }
        });
        return new Status(texts[0], texts[1], texts[2]);
    }

    @Override
    public Encrypted encrypt(byte[] plain, String uid) throws IOException {
        byte[][] parts = {new byte[0], new byte[0]};
        Map<String, byte[]> annotations = new TreeMap<>();
        byte[] request = new Wire.Writer().bytes(1, plain).text(2, uid).toBytes();
        Wire.read(call("Encrypt", request), 0, (field, value) -> {
            if (field == 3) {
                Wire.entry(value, annotations);
            } else if (field == 1 || field == 2) {
                parts[field - 1] = value;
            }
        });
        return new Encrypted(parts[0], new String(parts[1], StandardCharsets.UTF_8), annotations);
    }

    @Override
    public byte[] decrypt(Encrypted encrypted, String uid) throws IOException {
        byte[][] plain = {new byte[0]};
        byte[] request = new Wire.Writer()
                .bytes(1, encrypted.ciphertext())
                .text(2, uid)
                .text(3, encrypted.keyId())
                .map(4, encrypted.annotations())
                .toBytes();
        Wire.read(call("Decrypt", request), 0, (field, value) -> {
            if (field == 1) {
                plain[0] = value;
            }
        });
        return plain[0];
    }

    private byte[] call(String method, byte[] message) throws IOException {
        String path = "/v2.KeyManagementService/" + method;
        long start = System.nanoTime();
        String code = "OK";
        try {
            return client.call(path, message, timeout);
        } catch (GrpcException e) {
            code = e.code();
            throw e;
        } finally {
            metrics.asked(provider, path, code, System.nanoTime() - start);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
