package millrace.schemas.registry;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/** Any registry that speaks Confluent's REST protocol, through Confluent's own client. Safe for many threads. */
public final class ConfluentRegistry implements SchemaRegistry, AutoCloseable {
    private static final int CACHED_SCHEMAS = 10_000;
    private static final int SUBJECT_NOT_FOUND = 40401;

    private final SchemaRegistryClient client;
    private final String url;

    /**
     * @param url one or more addresses, separated by commas
     * @param settings the client's own settings by their names, such as {@code basic.auth.user.info} or
     *        {@code schema.registry.ssl.truststore.location}
     */
    public ConfluentRegistry(String url, Map<String, String> settings) {
        this.url = url;
        Map<String, Object> all = new HashMap<>(Map.of("http.connect.timeout.ms", "5000", "http.read.timeout.ms",
                "15000"));
        all.putAll(settings);
        this.client = new CachedSchemaRegistryClient(new RestService(List.of(url.split("\\s*,\\s*"))), CACHED_SCHEMAS,
                List.of(new AvroSchemaProvider()), all, Map.of());
    }

    @Override
    public Schema byId(int id) {
        return call("schema " + id, () -> avro(client.getSchemaById(id)));
    }

    @Override
    public int register(String subject, Schema schema) {
        return call("subject " + subject, () -> client.register(subject, new AvroSchema(schema), true));
    }

    @Override
    public Optional<Registered> latest(String subject) {
        return call("subject " + subject, () -> {
            SchemaMetadata found;
            try {
                found = client.getLatestSchemaMetadata(subject);
            } catch (RestClientException e) {
                if (e.getErrorCode() == SUBJECT_NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
            return Optional.of(new Registered(found.getId(), found.getVersion(),
                    avro(client.getSchemaById(found.getId()))));
        });
    }

    @Override
    public List<String> incompatibilities(String subject, Schema schema) {
        return call("subject " + subject, () -> {
            try {
                return client.testCompatibilityVerbose(subject, new AvroSchema(schema));
            } catch (RestClientException e) {
                if (e.getErrorCode() == SUBJECT_NOT_FOUND) {
                    return List.of();
                }
                throw e;
            }
        });
    }

    /** All schemas of a subject, the oldest first; none if there is no such subject. */
    public List<Schema> versions(String subject) {
        return call("subject " + subject, () -> {
            List<Integer> versions;
            try {
                versions = client.getAllVersions(subject);
            } catch (RestClientException e) {
                if (e.getErrorCode() == SUBJECT_NOT_FOUND) {
                    return List.of();
                }
                throw e;
            }
            List<Schema> schemas = new ArrayList<>();
            for (int version : versions) {
                schemas.add(avro(client.getSchemaById(client.getSchemaMetadata(subject, version).getId())));
            }
            return schemas;
        });
    }

    /** Takes a subject with all its versions away; their ids stay known. Without such a subject nothing happens. */
    public void delete(String subject) {
        call("subject " + subject, () -> {
            try {
                return client.deleteSubject(subject);
            } catch (RestClientException e) {
                if (e.getErrorCode() == SUBJECT_NOT_FOUND) {
                    return List.of();
                }
                throw e;
            }
        });
    }

    /** Names of all subjects, in their order. */
    public List<String> subjects() {
        return call("subjects", () -> {
            Collection<String> all = client.getAllSubjects();
            return all.stream().sorted().toList();
        });
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new RegistryUnavailableException("The connection to " + url + " did not close", e);
        }
    }

    private static Schema avro(io.confluent.kafka.schemaregistry.ParsedSchema schema) {
        if (schema instanceof AvroSchema a) {
            return a.rawSchema();
        }
        throw new UnknownSchemaException("The schema is " + schema.schemaType() + ", expected AVRO", null);
    }

    private interface Request<T> {
        T send() throws IOException, RestClientException;
    }

    private <T> T call(String about, Request<T> request) {
        try {
            return request.send();
        } catch (RestClientException e) {
            throw mapped(about, e);
        } catch (IOException e) {
            throw new RegistryUnavailableException("The registry at " + url + " did not answer: " + e.getMessage(), e);
        }
    }

    /** The client appends its own code to each message; what the registry said stands before it. */
    private RuntimeException mapped(String about, RestClientException e) {
        String said = e.getMessage().replaceFirst("; error code: \\d+$", "");
        return switch (e.getStatus()) {
            case 404 -> new UnknownSchemaException("The registry at " + url + " has no " + about + ": " + said, e);
            case 409 -> new IncompatibleSchemaException(said, e);
            case 422 -> new IllegalArgumentException("The registry at " + url + " refused " + about + ": " + said, e);
            default -> new RegistryUnavailableException("The registry at " + url + " answered " + e.getStatus() + ": "
                    + said, e);
        };
    }
}
