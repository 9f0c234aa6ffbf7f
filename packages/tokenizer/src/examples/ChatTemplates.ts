// Chat templates by name. What an assistant says lies in {% generation %}, its closing mark included, as `transformers` wants it
// for `return_assistant_tokens_mask`.

export const templateNames = ["chatml", "llama2", "llama3", "plain"] as const
export type TemplateName = (typeof templateNames)[number]

export const chatTemplates: Readonly<Record<TemplateName, string>> = {
  // Qwen, Yi, SmolLM and many others
  chatml:
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}" +
    "{% if message['role'] == 'assistant' %}" +
    "{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}{{ '\n' }}" +
    "{% else %}{{ message['content'] + '<|im_end|>\n' }}{% endif %}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
  // the system's words stand inside the first user's turn
  llama2:
    "{% set system = '' %}{% if messages[0]['role'] == 'system' %}" +
    "{% set system = '<<SYS>>\n' + messages[0]['content'] + '\n<</SYS>>\n\n' %}{% set messages = messages[1:] %}{% endif %}" +
    "{% for message in messages %}" +
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}" +
    "{{ raise_exception('the turns must be user, assistant, user, assistant, ...') }}{% endif %}" +
    "{% if message['role'] == 'user' %}" +
    "{{ bos_token + '[INST] ' + (system if loop.first else '') + message['content'] | trim + ' [/INST]' }}" +
    "{% else %}{% generation %}{{ ' ' + message['content'] | trim + ' ' + eos_token }}{% endgeneration %}{% endif %}{% endfor %}",
  llama3:
    "{{ bos_token }}{% for message in messages %}" +
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}" +
    "{% if message['role'] == 'assistant' %}" +
    "{% generation %}{{ message['content'] | trim + '<|eot_id|>' }}{% endgeneration %}" +
    "{% else %}{{ message['content'] | trim + '<|eot_id|>' }}{% endif %}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
  // for tokenizers without marks for turns
  plain:
    "{% for message in messages %}{% if message['role'] == 'assistant' %}{{ 'Assistant:' }}" +
    "{% generation %}{{ ' ' + message['content'] + eos_token }}{% endgeneration %}{{ '\n' }}" +
    "{% else %}{{ (message['role'] | capitalize) + ': ' + message['content'] + '\n' }}{% endif %}{% endfor %}" +
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
}
