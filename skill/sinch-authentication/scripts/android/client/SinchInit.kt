// In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): build the client.
// Written for sinch-android-rtc 6.27.11, Android 6.0 (API 23) or newer. Install: implementation(name: "sinch-android-rtc", version: "+", ext: "aar")

import android.content.Context
import android.os.Handler
import android.os.Looper
import android.util.Log
import com.sinch.android.rtc.ClientRegistration
import com.sinch.android.rtc.SinchClient
import com.sinch.android.rtc.SinchClientListener
import com.sinch.android.rtc.SinchError
import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL
import kotlin.concurrent.thread

private const val TAG = "Sinch"

/**
 * Keep one for as long as the user is signed in, and build it on the main thread.
 *
 * @param applicationKey public; the Application Secret stays on your backend.
 * @param userId who is signed in, as your backend writes it into the token.
 * @param tokenUrl your own endpoint; it checks who is signed in and answers a new registration token, as text.
 */
class SinchCalling(
    context: Context,
    userId: String,
    private val tokenUrl: String,
    applicationKey: String,
) : SinchClientListener {
    private val main = Handler(Looper.getMainLooper())

    // To be called, too: add .pushConfiguration(…) with your FCM or HMS token.
    private val client: SinchClient = SinchClient.builder()
        .context(context.applicationContext)
        .applicationKey(applicationKey)
        .environmentHost("ocra.api.sinch.com")
        .userId(userId)
        .build()

    fun start() {
        client.addSinchClientListener(this)
        client.checkManifest()
        client.start()
    }

    /** Asked at a start, and again later: every branch registers or says that it failed. */
    override fun onCredentialsRequired(clientRegistration: ClientRegistration) {
        thread {
            try {
                val token = registrationToken()
                main.post { clientRegistration.register(token) }
            } catch (problem: IOException) {
                Log.e(TAG, "no registration token", problem)
                main.post { clientRegistration.registerFailed() }
            }
        }
    }

    private fun registrationToken(): String {
        val connection = URL(tokenUrl).openConnection() as HttpURLConnection
        try {
            connection.requestMethod = "POST"
            connection.connectTimeout = 10_000
            connection.readTimeout = 10_000
            val status = connection.responseCode
            if (status != 200) throw IOException("$tokenUrl answered $status")
            return connection.inputStream.bufferedReader().readText().trim()
        } finally {
            connection.disconnect()
        }
    }

    override fun onClientStarted(client: SinchClient) {
        Log.i(TAG, "online")
    }

    override fun onUserRegistered() {
        Log.i(TAG, "the registration token was accepted")
    }

    override fun onUserRegistrationFailed(error: SinchError) {
        Log.e(TAG, "registration refused: ${error.message}")
    }

    override fun onClientFailed(client: SinchClient, error: SinchError) {
        Log.e(TAG, "failed: ${error.message}")
    }

    override fun onPushTokenRegistered() {
        Log.i(TAG, "push token registered: incoming calls work")
    }

    override fun onPushTokenRegistrationFailed(error: SinchError) {
        Log.e(TAG, "push token refused: ${error.message}")
    }

    override fun onPushTokenUnregistered() = Unit

    override fun onPushTokenUnregistrationFailed(error: SinchError) = Unit

    override fun onLogMessage(level: Int, area: String, message: String, throwable: Throwable?) {
        Log.d(TAG, "$area: $message", throwable)
    }
}
