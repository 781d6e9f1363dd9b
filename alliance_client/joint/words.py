"""The words for the codes of joint cases, as the portal has them: English and Chinese. JSON keeps the codes."""

from collections.abc import Mapping

from privacy.kinds import KINDS

Names = Mapping[str, tuple[str, str]]

KIND: Names = {label: (kind.name_en, kind.name_zh) for label, kind in KINDS.items()}
TYPOLOGY: Names = {
    "anti_collection": ("Organised anti-collection", "反催收"),
    "illegal_complaint_agency": ("Illegal complaint agency", "非法代理维权"),
    "illegal_surrender_agency": ("Illegal policy-surrender agency", "非法代理退保"),
    "credit_repair_fraud": ("Credit-repair fraud", "征信修复"),
    "illegal_loan_broker": ("Illegal loan brokerage", "不法贷款中介"),
    "forged_material": ("Forged material", "伪造材料"),
    "impersonation": ("Impersonation", "冒充身份"),
    "induced_loan_fraud": ("Loan fraud by inducement", "诱导贷款诈骗"),
    "debt_disruption": ("Organised debt disruption", "债闹"),
    "other": ("Other", "其他"),
}
CASE: Names = {"open": ("Open", "未结"), "closed": ("Closed", "已关闭")}
COLLISION: Names = {
    "": ("Withdrawn by a party", "一方已撤回"),
    "open": ("Corroborated", "已印证"),
    "quarantined": ("Quarantined: over-common", "已隔离：过于常见"),
    "disputed": ("Disputed", "有异议"),
    "suspended": ("Suspended", "已暂停"),
    "in_case": ("In a case", "已入案件"),
    "closed": ("Closed", "已关闭"),
    "expired": ("Expired", "已过期"),
}
PART: Names = {
    "lead": ("Leads the case", "主办"),
    "disclose": ("Contributes, asks for and gives values", "参与办理，可申请和提供明文"),
    "contribute": ("Contributes", "参与办理"),
    "read": ("Reads", "只读"),
}
DISCLOSURE: Names = {
    "asked": ("Asked", "已索取"),
    "proposed": ("Proposed: waits for the lead", "已提交，待负责人批准"),
    "approved": ("Given", "已提供"),
    "refused": ("Refused", "已拒绝"),
    "withdrawn": ("Withdrawn", "已撤回"),
    "expired": ("Expired", "已过期"),
}
EVIDENCE: Names = {
    "recording": ("Recording", "录音"),
    "chat": ("Chat export", "聊天记录"),
    "forged": ("Forged document", "伪造材料"),
    "payment": ("Payment record", "付款记录"),
    "screenshot": ("Screenshot", "截图"),
    "letter": ("Complaint letter", "投诉信"),
}
VERSION: Names = {
    "uploading": ("Uploading", "上传中"),
    "checking": ("Being checked", "正在校验"),
    "kept": ("Kept", "已保管"),
    "refused": ("Refused: the checksums differ", "已拒收：校验值不符"),
    "erased": ("Erased", "已清除"),
}
CUSTODY: Names = {
    "received": ("Received", "接收"),
    "viewed": ("Viewed", "查看"),
    "copied": ("Copied", "复制"),
    "transferred": ("Transferred", "移交"),
    "sealed": ("Sealed", "封存"),
    "held": ("Put under a legal hold", "设置法律保全"),
    "released": ("Released from a legal hold", "解除法律保全"),
    "refused": ("Refused: not what was kept", "拒绝提供：与保管内容不符"),
    "erased": ("Erased", "已清除"),
}
KEY_END: Names = {
    "rotated": ("Replaced by a newer one", "已由新密钥接替"),
    "lost": ("Lost", "丢失"),
    "compromised": ("Somebody else may have it", "他人可能持有"),
}
PAPER: Names = {
    "diagnosis": ("Diagnosis or hospital record", "诊断证明或病历"),
    "hardship": ("Certificate of hardship", "困难证明"),
    "police_receipt": ("Receipt or notice of the police", "公安机关回执或通知书"),
    "death": ("Death certificate", "死亡证明"),
    "unemployment": ("Certificate of unemployment", "失业证明"),
    "other": ("Another paper", "其他材料"),
}
ANSWER: Names = {
    "genuine": ("Yes: issued by us as described", "是：由本单位出具，内容相符"),
    "not_ours": ("No: not issued by us", "否：并非本单位出具"),
    "differs": ("No: issued by us, but altered", "否：由本单位出具，但内容被篡改"),
    "unknown": ("Cannot be determined", "无法确定"),
}
FINDING: Names = {
    "new": ("To be contacted", "待联系"),
    "contacted": ("Contacted", "已联系"),
    "unreachable": ("Not reached", "未联系上"),
    "not_ours": ("Not our customer", "非本机构客户"),
}
STATUS: Names = {
    "reported": ("Reported (报案)", "报案"),
    "accepted": ("Accepted (受案)", "受案"),
    "reviewing": ("Under review (立案审查)", "立案审查"),
    "filed": ("Criminal case filed (刑事立案)", "刑事立案"),
    "not_filed": ("Not filed (不予立案)", "不予立案"),
    "reconsidered": ("Under reconsideration (复议)", "复议"),
    "supervised": ("Under supervision of filing (立案监督)", "立案监督"),
    "public_order": ("Public-order case (治安案件)", "治安案件"),
    "not_handled": ("Not taken up (不予调查处理)", "不予调查处理"),
    "transferred": ("Transferred to another unit (移送管辖)", "移送管辖"),
    "investigated": ("Under investigation (侦办)", "侦办"),
    "to_prosecutor": ("Sent to the prosecutor (移送审查起诉)", "移送审查起诉"),
    "prosecuted": ("Prosecuted (提起公诉)", "提起公诉"),
    "not_prosecuted": ("Not prosecuted (不起诉)", "不起诉"),
    "dropped": ("Case dropped (撤销案件)", "撤销案件"),
    "judged": ("Judged (判决)", "判决"),
    "penalised": ("Administrative penalty (行政处罚)", "行政处罚"),
    "admonished": ("Admonished (训诫)", "训诫"),
}
REQUEST: Names = {
    "open": ("Open", "未结"),
    "answered": ("Answered", "已答复"),
    "refused": ("Cannot be answered", "无法提供"),
    "withdrawn": ("Withdrawn", "已撤回"),
}
LEVEL: Names = {
    "province": ("Province", "省级"),
    "city": ("City", "设区的市级"),
    "county": ("County or district", "县（区）级"),
}
