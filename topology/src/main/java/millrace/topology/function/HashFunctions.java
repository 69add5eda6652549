package millrace.topology.function;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Digests and encodings. Text is digested as UTF-8; digests are lower-case hexadecimal text. */
public final class HashFunctions {
    private HashFunctions() {}

    @Sql(value = "MD5(text) -> text", doc = "The MD5 digest of text or bytes.", examples = "MD5('') = 'd41d8cd98f00b204e9800998ecf8427e'")
    public static String md5(String s) {
        return md5(toUtf8(s));
    }

    @Sql("MD5(bytes) -> text")
    public static String md5(byte[] bytes) {
        return digest("MD5", bytes);
    }

    @Sql(value = "SHA1(text) -> text", doc = "The SHA-1 digest of text or bytes.", examples = "SHA1('') = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'")
    public static String sha1(String s) {
        return sha1(toUtf8(s));
    }

    @Sql("SHA1(bytes) -> text")
    public static String sha1(byte[] bytes) {
        return digest("SHA-1", bytes);
    }

    @Sql(value = "SHA256(text) -> text", doc = "The SHA-256 digest of text or bytes.", examples = "LEFT(SHA256('abc'), 8) = 'ba7816bf'")
    public static String sha256(String s) {
        return sha256(toUtf8(s));
    }

    @Sql("SHA256(bytes) -> text")
    public static String sha256(byte[] bytes) {
        return digest("SHA-256", bytes);
    }

    @Sql(value = "SHA512(text) -> text", doc = "The SHA-512 digest of text or bytes.", examples = "LEFT(SHA512('abc'), 8) = 'ddaf35a1'")
    public static String sha512(String s) {
        return sha512(toUtf8(s));
    }

    @Sql("SHA512(bytes) -> text")
    public static String sha512(byte[] bytes) {
        return digest("SHA-512", bytes);
    }

    @Sql(value = "CRC32(text) -> bigint", doc = "The CRC-32 checksum of text.", examples = "CRC32('abc') = 891568578")
    public static long crc32(String s) {
        CRC32 crc = new CRC32();
        crc.update(toUtf8(s));
        return crc.getValue();
    }

    @Sql(value = "TO_BASE64(text) -> text", doc = "Text or bytes in Base64.", examples = "TO_BASE64('abc') = 'YWJj'")
    public static String toBase64(String s) {
        return toBase64(toUtf8(s));
    }

    @Sql("TO_BASE64(bytes) -> text")
    public static String toBase64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Sql(value = "FROM_BASE64(text) -> bytes", doc = "The bytes of a Base64 text.", examples = "FROM_UTF8(FROM_BASE64('YWJj')) = 'abc'")
    public static byte[] fromBase64(String s) {
        try {
            return Base64.getDecoder().decode(s);
        } catch (IllegalArgumentException e) {
            throw new FunctionFailure("the text is not Base64: " + e.getMessage());
        }
    }

    @Sql(value = "TO_HEX(bytes) -> text", doc = "Bytes as lower-case hexadecimal digits.", examples = "TO_HEX(X'00FF') = '00ff'")
    public static String toHex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Sql(value = "FROM_HEX(text) -> bytes", doc = "The bytes of a hexadecimal text.", examples = "FROM_HEX('00ff') = X'00FF'")
    public static byte[] fromHex(String s) {
        try {
            return HexFormat.of().parseHex(s);
        } catch (IllegalArgumentException e) {
            throw new FunctionFailure("the text is not hexadecimal: " + e.getMessage());
        }
    }

    @Sql(value = "TO_UTF8(text) -> bytes", doc = "The bytes of a text in UTF-8.", examples = "TO_UTF8('a') = X'61'")
    public static byte[] toUtf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    @Sql(value = "FROM_UTF8(bytes) -> text", doc = "The text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD.", examples = "FROM_UTF8(X'61') = 'a'")
    public static String fromUtf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has these
        }
    }
}
